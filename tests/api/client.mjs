// client.mjs - a small HTTP client that can do what libraries hide: chunked
// bodies, Digest by hand, raw file names; and a browser's cookies and forms.
import crypto from 'node:crypto'
import http from 'node:http'

export const md5 = (x) => crypto.createHash('md5').update(x).digest('hex')

export function request(base, method, path, { headers = {}, body, chunked = false, openrosa = true } = {}) {
  const url = new URL(path, base)
  return new Promise((resolve, reject) => {
    const h = { ...(openrosa ? { 'X-OpenRosa-Version': '1.0', Date: new Date().toUTCString() } : {}), ...headers }
    if (body && !chunked) h['Content-Length'] = Buffer.byteLength(body)
    const rq = http.request(url, { method, headers: h, agent: false }, (rs) => {
      const got = []
      rs.on('data', (d) => got.push(d))
      rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers, raw: rs.rawHeaders, bytes: Buffer.concat(got), text: Buffer.concat(got).toString() }))
    })
    rq.on('error', reject)
    if (body && chunked) for (let i = 0; i < body.length; i += 1000) rq.write(body.subarray(i, i + 1000))
    else if (body) rq.write(body)
    rq.end()
  })
}

/** @param {{name:string, filename?:string, type?:string, bytes:Buffer|string}[]} parts */
export function multipart(parts, boundary = 'x' + crypto.randomBytes(12).toString('hex')) {
  const out = []
  for (const p of parts) {
    out.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${p.name}"` +
      (p.filename ? `; filename="${p.filename}"` : '') + `\r\nContent-Type: ${p.type || 'text/xml'}\r\n\r\n`))
    out.push(Buffer.from(p.bytes), Buffer.from('\r\n'))
  }
  out.push(Buffer.from(`--${boundary}--\r\n`))
  return { type: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(out) }
}

export const basic = (user, password) => 'Basic ' + Buffer.from(`${user}:${password}`).toString('base64')

export function digest(challenge, user, password, method, uri, nc = 1) {
  const f = Object.fromEntries([...challenge.matchAll(/(\w+)="?([^",]+)"?/g)].map((m) => [m[1], m[2]]))
  const n = nc.toString(16).padStart(8, '0'), cnonce = crypto.randomBytes(8).toString('hex')
  const response = md5([md5(`${user}:${f.realm}:${password}`), f.nonce, n, cnonce, 'auth', md5(`${method}:${uri}`)].join(':'))
  return `Digest username="${user}", realm="${f.realm}", nonce="${f.nonce}", uri="${uri}", qop=auth, nc=${n}, cnonce="${cnonce}", response="${response}"`
}

const unescape = (s) => s.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&')
export { unescape }

/** A browser without scripts: cookies, tokens, forms. */
export class Browser {
  constructor(base) { this.base = base; this.jar = {} }
  async go(method, path, fields) {
    const headers = { Cookie: Object.entries(this.jar).map(([k, v]) => `${k}=${v}`).join('; ') }
    let body
    if (fields) {
      body = Buffer.from(new URLSearchParams(fields).toString())
      headers['Content-Type'] = 'application/x-www-form-urlencoded'
    }
    const rs = await request(this.base, method, path, { headers, body, openrosa: false })
    for (const c of rs.headers['set-cookie'] || []) {
      const m = /^([^=]+)=([^;]*)/.exec(c)
      this.jar[m[1]] = m[2]
    }
    if (rs.status === 303) return this.go('GET', rs.headers.location)
    this.page = rs.text
    return rs
  }
  token() { return /name="token" value="([^"]*)"/.exec(this.page)[1] }
  get(path) { return this.go('GET', path) }
  post(path, fields) { return this.go('POST', path, { token: this.token(), ...fields }) }
}
