#!/bin/sh
# deb.sh OUT - a .deb of the built program: binary, packs, systemd unit, licence.
# Run by `./dev package` after the build; writes OUT/amparo_VERSION_ARCH.deb.
set -eu
cd "$(dirname "$0")/.."
out=$1
version=$(git log -1 --date=format:%Y%m%d --format='0.%cd.%h' 2>/dev/null || echo 0.0)
arch=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

install -D -m 0755 "$out/rel/amparo" "$root/usr/bin/amparo"
strip "$root/usr/bin/amparo"
mkdir -p "$root/usr/share/amparo" "$root/usr/share/doc/amparo" "$root/DEBIAN" "$root/lib/systemd/system"
cp -r packs "$root/usr/share/amparo/"
[ -d data ] && cp -r data "$root/usr/share/amparo/"
cp LICENSE "$root/usr/share/doc/amparo/copyright"
cp README.md docs/administrators.md "$root/usr/share/doc/amparo/"
install -m 0644 packaging/amparo.service "$root/lib/systemd/system/amparo.service"
chmod -R u=rwX,go=rX "$root/usr" "$root/lib"

# The libraries the binary really needs, as Debian names them.
mkdir -p "$root/debian"
printf 'Source: amparo\nPackage: amparo\nArchitecture: any\n' >"$root/debian/control"
depends=$(cd "$root" && dpkg-shlibdeps -O usr/bin/amparo 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
rm -rf "$root/debian"
# A user of its own, so that an administrator can act as the service does; data and
# passphrase outlive the package, and even a purge: a lost key is lost data.
cat >"$root/DEBIAN/postinst" <<'TEXT'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    getent passwd amparo >/dev/null || useradd --system --user-group --home-dir /var/lib/amparo --no-create-home --shell /usr/sbin/nologin amparo
    install -d -m 0700 -o amparo -g amparo /var/lib/amparo
    install -d -m 0750 -o root -g amparo /etc/amparo
    [ -d /run/systemd/system ] && { systemctl daemon-reload; systemctl try-restart amparo.service; } || true
fi
TEXT
cat >"$root/DEBIAN/prerm" <<'TEXT'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl stop amparo.service || true; fi
TEXT
cat >"$root/DEBIAN/postrm" <<'TEXT'
#!/bin/sh
set -e
[ -d /run/systemd/system ] && systemctl daemon-reload || true
if [ "$1" = purge ]; then
    rmdir /var/lib/amparo /etc/amparo 2>/dev/null || echo "amparo: /var/lib/amparo and /etc/amparo are kept: they hold the node and its key"
fi
TEXT
chmod 0755 "$root"/DEBIAN/postinst "$root"/DEBIAN/prerm "$root"/DEBIAN/postrm

cat >"$root/DEBIAN/control" <<TEXT
Package: amparo
Version: $version
Architecture: $arch
Maintainer: Amparo <maintainers@amparo.invalid>
Depends: $depends, tzdata
Recommends: fonts-noto-core
Section: misc
Priority: optional
Description: case work against child labour, forced labour and trafficking
 One program that carries a case from the first signal to restitution and
 follow-up across the agencies that must act, with the rules by which they act.
TEXT
dpkg-deb --root-owner-group --build "$root" "$out/amparo_${version}_${arch}.deb"
