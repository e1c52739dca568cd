// openrosa.mjs AMPARO - the protocol as Collect speaks it, against a real server.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { Browser, basic, digest, md5, multipart, request, unescape } from './client.mjs'
import { Tap, node } from './server.mjs'

const bin = path.resolve(process.argv[2])
const t = new Tap(), n = node(bin)
const iomFile = fs.readFileSync('data/htcds/htcds_xlsform.xml')
const PHOTOS = `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>Recorrido</h:title><model><instance><data id="recorrido" version="VERSION"><lugar/><Foto_A/><foto_b/><item jr:template=""><Nombre/></item><orx:meta><orx:instanceID/></orx:meta></data></instance><instance id="lugares" src="jr://file-csv/lugares.csv"/><bind nodeset="/data/lugar" type="string"/><bind nodeset="/data/Foto_A" type="binary"/><bind nodeset="/data/foto_b" type="binary"/><bind nodeset="/data/item/Nombre" type="string"/><bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()" jr:preload="uid"/></model></h:head><h:body><select1 ref="/data/lugar"><label>Lugar del recorrido</label><itemset nodeset="instance('lugares')/root/item"><value ref="name"/><label ref="label"/></itemset></select1><upload ref="/data/Foto_A" mediatype="image/*"><label>Foto</label></upload><upload ref="/data/foto_b" mediatype="image/*"><label>Foto</label></upload><group ref="/data/item"><label>Persona</label><repeat nodeset="/data/item"><input ref="/data/item/Nombre"><label>Nombre</label></input></repeat></group></h:body></h:html>`

function setup() {
  const init = n.run(['init', '--no-passphrase'])
  t.is(init.status, 0, 'a node is made')
  fs.mkdirSync(path.join(n.data, 'forms', 'recorrido-media'), { recursive: true })
  fs.writeFileSync(path.join(n.data, 'forms', 'recorrido.xml'), PHOTOS.replace('VERSION', '2'))
  fs.writeFileSync(path.join(n.data, 'forms', 'recorrido-vieja.xml'), PHOTOS.replace('VERSION', '1'))
  fs.writeFileSync(path.join(n.data, 'forms', 'recorrido-media', 'lugares.csv'), 'name,label\ncano,Caño de los Ñandúes\n')
  for (const [login, office] of [['codeni', 'codeni-filadelfia'], ['linea', 'linea-147'], ['minna', 'minna-central']]) {
    const u = n.run(['user', 'add', login, '--name', 'Oficial de prueba', '--office', office], 'contraseña-larga\n')
    t.is(u.status, 0, `officer ${login}`)
  }
  const d = n.run(['device', 'add', 'Teléfono 1', '--office', 'codeni-filadelfia', '--url', 'https://amparo.example.org'])
  t.is(d.status, 0, 'a device is made')
  return Object.fromEntries(d.out.trim().split('\n').map((l) => [l.slice(0, l.indexOf(' ')), l.slice(l.indexOf(' ') + 1)]))
}

const tag = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((m) => unescape(m[1]))
const uuid = () => 'uuid:' + crypto.randomUUID()
const told = (rs) => /<OpenRosaResponse xmlns="http:\/\/openrosa.org\/http\/response"[^>]*><message nature="([a-z_]+)">[^<]+<\/message>/.exec(rs.text)?.[1]

async function main() {
  const dev = setup()
  const base = await n.serve()
  const auth = { Authorization: basic(dev.login, dev.secret) }
  const get = (p, more = {}) => request(base, 'GET', p, { headers: { ...auth, ...more } })
  const post = (parts, more = {}) => {
    const m = multipart(parts)
    return request(base, 'POST', '/openrosa/submission', { headers: { ...auth, 'Content-Type': m.type }, body: m.body, ...more })
  }
  const xmlPart = (xml) => ({ name: 'xml_submission_file', filename: 'submission.xml', bytes: xml })

  // ---- settings for Collect
  const settings = JSON.parse(zlib.inflateSync(Buffer.from(dev.settings, 'base64')).toString())
  t.is(settings.general.server_url, 'https://amparo.example.org/openrosa', 'settings name the server')
  t.ok(settings.general.username === dev.login && settings.general.password === dev.secret && settings.general.protocol === 'odk_default', 'settings carry the credentials')

  // ---- who
  const anon = await request(base, 'GET', '/openrosa/formList')
  const offered = anon.raw.filter((x, i) => anon.raw[i - 1] === 'WWW-Authenticate')
  t.ok(anon.status === 401 && offered.length === 2 && /^Digest /.test(offered[0]) && /^Basic /.test(offered[1]), '401 offers Digest and Basic on loopback', offered)
  t.ok(/qop="auth"/.test(offered[0]) && /domain=/.test(offered[0]) && /algorithm=MD5/.test(offered[0]), 'the Digest challenge is complete')
  t.is((await get('/openrosa/formList')).status, 200, 'Basic: 200')
  t.is((await request(base, 'GET', '/openrosa/formList', { headers: { Authorization: basic(dev.login, 'falsa') } })).status, 401, 'Basic, wrong secret: 401')
  t.is((await request(base, 'GET', '/openrosa/formList', { headers: { Authorization: basic('m-nadie', 'falsa') } })).status, 401, 'Basic, unknown device: 401')
  t.is((await request(base, 'GET', '/openrosa/formList', { headers: { Authorization: basic('codeni', 'contraseña-larga') } })).status, 200, 'Basic: an officer')
  const q = '/openrosa/formList?verbose=true'
  t.is((await request(base, 'GET', q, { headers: { Authorization: digest(offered[0], dev.login, dev.secret, 'GET', q, 1) } })).status, 200, 'Digest: 200')
  t.is((await request(base, 'GET', q, { headers: { Authorization: digest(offered[0], dev.login, dev.secret, 'GET', q, 2) } })).status, 200, 'Digest: the same nonce, counted on')
  const replayed = await request(base, 'GET', q, { headers: { Authorization: digest(offered[0], dev.login, dev.secret, 'GET', q, 2) } })
  t.ok(replayed.status === 401 && /stale=true/.test(replayed.headers['www-authenticate']), 'Digest: a count used before is stale')
  t.is((await request(base, 'GET', q, { headers: { Authorization: digest(offered[0], dev.login, 'falsa', 'GET', q, 3) } })).status, 401, 'Digest, wrong secret: 401')
  t.is((await request(base, 'GET', q, { headers: { Authorization: digest(offered[0], dev.login, dev.secret, 'GET', '/otra', 3) } })).status, 401, 'Digest, for another address: 401')

  // ---- what
  t.is((await request(base, 'GET', '/openrosa/formList', { headers: auth, openrosa: false })).status, 400, 'without X-OpenRosa-Version: 400')
  const list = await get('/openrosa/formList')
  t.ok(list.headers['x-openrosa-version'] === '1.0' && list.headers['content-language'] && list.headers.date && +list.headers['x-openrosa-accept-content-length'] >= 10e6, 'required headers', JSON.stringify(list.headers))
  t.is(list.headers['content-type'], 'text/xml; charset=utf-8', 'type of the list')
  const ids = tag(list.text, 'formID')
  t.is(ids.sort().join(), 'htcds_xlsform,recorrido,signal', 'three forms, newest versions')
  t.is(tag((await get('/openrosa/formList?listAllVersions=true')).text, 'formID').length, 4, 'listAllVersions: old ones too')
  const one = (await get('/openrosa/formList?formID=recorrido&verbose=1')).text
  t.ok(tag(one, 'formID').join() === 'recorrido' && tag(one, 'version').join() === '2' && tag(one, 'descriptionText').length === 1, 'formID and verbose')
  const forms = {}
  for (const x of list.text.split('<xform>').slice(1)) {
    const url = new URL(tag(x, 'downloadUrl')[0])
    const f = await get(url.pathname)
    forms[tag(x, 'formID')[0]] = { version: tag(x, 'version')[0], xml: f.text, bytes: f.bytes, manifest: tag(x, 'manifestUrl')[0] }
    t.is('md5:' + md5(f.bytes), tag(x, 'hash')[0], `${tag(x, 'formID')[0]}: bytes have the hash of the list`)
  }
  t.ok(forms.htcds_xlsform.bytes.equals(iomFile), 'the IOM form is byte-identical')
  t.ok(/<value>PY-19<\/value>|PY-19/.test(forms.signal.xml) && /<select1[^>]*ref="\/[^"]*territory"/.test(forms.signal.xml), 'the form of the pack asks for the department')
  const manifest = await get(new URL(forms.recorrido.manifest).pathname)
  t.is(tag(manifest.text, 'filename').join(), 'lugares.csv', 'manifest')
  const media = await get(new URL(tag(manifest.text, 'downloadUrl')[0]).pathname)
  t.ok('md5:' + md5(media.bytes) === tag(manifest.text, 'hash')[0] && /Ñandúes/.test(media.text), 'media has the hash of the manifest')
  t.is((await get('/openrosa/form/0123.xml')).status, 404, 'no such form: 404')

  // ---- sending
  const head = await request(base, 'HEAD', '/openrosa/submission', { headers: auth })
  t.ok(head.status === 204 && head.headers['x-openrosa-accept-content-length'] && head.headers['x-openrosa-version'] === '1.0', 'HEAD: 204 and how much may be sent')
  const iom = (id, name, version = forms.htcds_xlsform.version) => `<?xml version='1.0' ?><data id="htcds_xlsform" version="${version}"><prs_First_Name>${name}</prs_First_Name><meta><instanceID>${id}</instanceID></meta></data>`
  const a = uuid()
  let rs = await post([xmlPart(iom(a, 'Ña Úrsula &amp; Cía'))])
  t.ok(rs.status === 201 && told(rs) === 'submit_success', 'POST: 201', rs.text)
  t.is((await post([xmlPart(iom(a, 'Ña Úrsula &amp; Cía'))])).status, 201, 'the same bytes again: 201')
  rs = await post([xmlPart(iom(a, 'Otra'))])
  t.ok(rs.status === 409 && told(rs) === 'error', 'the same instance, other bytes: 409', rs.text)
  t.is((await post([xmlPart(iom(uuid(), 'Trozos'))], { chunked: true })).status, 201, 'chunked: 201')
  t.is((await post([xmlPart(iom(uuid(), 'x', 'otra'))])).status, 404, 'unknown version: 404')
  t.is((await post([xmlPart(iom(uuid(), 'x').replaceAll('htcds_xlsform', 'nadie'))])).status, 404, 'unknown form: 404')
  t.is((await post([xmlPart('<data id="htcds_xlsform"')])).status, 400, 'broken XML: 400')
  t.is((await post([{ name: 'otra', filename: 'a.xml', bytes: '<a/>' }])).status, 400, 'no xml_submission_file: 400')
  t.is((await post([xmlPart(iom(uuid(), 'x')), xmlPart(iom(uuid(), 'y'))])).status, 400, 'two of them: 400')
  t.is((await request(base, 'POST', '/openrosa/submission', { headers: { 'Content-Type': 'text/xml' }, body: Buffer.from('x') })).status, 401, 'without credentials: 401')
  const byDigest = multipart([xmlPart(iom(a, 'Ña Úrsula &amp; Cía'))])
  const asked = await request(base, 'HEAD', '/openrosa/submission')
  t.is(asked.status, 401, 'HEAD without credentials: 401')
  rs = await request(base, 'POST', '/openrosa/submission?deviceID=x', { body: byDigest.body, headers: { 'Content-Type': byDigest.type, Authorization: digest(asked.headers['www-authenticate'], dev.login, dev.secret, 'POST', '/openrosa/submission?deviceID=x') } })
  t.is(rs.status, 201, 'POST with Digest: 201')
  const together = uuid(), twice = iom(together, 'A la vez')
  const both = await Promise.all(Array.from({ length: 8 }, () => post([xmlPart(twice)])))
  t.ok(both.every((r) => r.status === 201), 'eight at once of one instance: all 201')

  // ---- attachments in several posts
  const walk = (id, more = '', fotoA = 'ñandú 1.jpg') => `<data xmlns:orx="http://openrosa.org/xforms" id="recorrido" version="2"><lugar>cano</lugar><Foto_A>${fotoA}</Foto_A><foto_b>b.jpg</foto_b><item><Nombre>Uno</Nombre></item><item><Nombre>Dos</Nombre></item><orx:meta><orx:instanceID>${id}</orx:instanceID>${more}</orx:meta></data>`
  const w = uuid(), one1 = crypto.randomBytes(300000), two2 = crypto.randomBytes(50000)
  rs = await post([xmlPart(walk(w)), { name: 'ñandú 1.jpg', filename: 'ñandú 1.jpg', type: 'image/jpeg', bytes: one1 }, { name: 'ajeno.jpg', filename: 'ajeno.jpg', type: 'image/jpeg', bytes: 'ajeno' }])
  t.ok(rs.status === 201 && /Faltan/.test(rs.text), 'first post: one file is still missing', rs.text)
  rs = await post([xmlPart(walk(w)), { name: 'b.jpg', filename: 'b.jpg', type: 'image/jpeg', bytes: two2 }])
  t.ok(rs.status === 201 && !/Faltan/.test(rs.text), 'second post: all there', rs.text)
  const w2 = uuid()
  t.is((await post([xmlPart(walk(w2, `<orx:deprecatedID>${w}</orx:deprecatedID>`).replace('Dos', 'Tres'))])).status, 201, 'a correction: 201')
  t.is((await post([xmlPart(walk(w2, `<orx:deprecatedID>${w}</orx:deprecatedID>`).replace('Dos', 'Tres'))])).status, 201, 'the same correction again: 201')
  t.is((await post([xmlPart(walk(uuid(), `<orx:deprecatedID>${w}</orx:deprecatedID>`))])).status, 409, 'a correction of what was corrected: 409')
  t.is((await post([xmlPart(walk(uuid(), `<orx:deprecatedID>${uuid()}</orx:deprecatedID>`))])).status, 404, 'a correction of the unknown: 404')

  // ---- the IOM form with every field filled
  const fields = [...iomFile.toString().matchAll(/<bind [^>]*nodeset="\/data\/([^"/]+)"/g)].map((m) => m[1])
  const values = {}
  for (const f of fields) {
    const control = new RegExp(`<(select1?) ref="/data/${f}">(.*?)</\\1>`, 's').exec(iomFile)
    const choices = control ? [...control[2].matchAll(/<value>([^<]*)<\/value>/g)].map((m) => m[1]) : []
    const labels = control ? [...control[2].matchAll(/<item><label>([^<]*)<\/label>/g)].map((m) => m[1]) : []
    values[f] = control ? { send: control[1] === 'select' ? choices.slice(0, 3).join(' ') : choices[1], show: control[1] === 'select' ? labels.slice(0, 3) : [labels[1]] }
      : /date/i.test(f) ? { send: '2011-03-0' + (fields.indexOf(f) % 9 + 1), show: null } : f === 'start' || f === 'end' ? { send: '2026-11-22T10:00:00.000-03:00', show: null }
        : { send: `dato ${fields.indexOf(f)} áéñ`, show: [`dato ${fields.indexOf(f)} áéñ`] }
  }
  const full = uuid()
  const fullXml = `<?xml version='1.0' ?><data id="htcds_xlsform" version="${forms.htcds_xlsform.version}">` + fields.map((f) => `<${f}>${values[f].send}</${f}>`).join('') + `<meta><instanceID>${full}</instanceID></meta></data>`
  t.ok(fields.length >= 33, `the IOM form has ${fields.length} fields`)
  t.is((await post([xmlPart(fullXml)])).status, 201, 'the IOM form, every field filled: 201')
  // ---- the pack's own form
  const s = uuid()
  t.is((await post([xmlPart(`<data id="signal" version="${forms.signal.version}"><what>Una situación</what><where_text>Filadelfia</where_text><territory>PY-19</territory><signs>violence hazards</signs><contact_wanted>no</contact_wanted><meta><instanceID>${s}</instanceID></meta></data>`)])).status, 201, 'the form of the pack: 201')

  imports()
  await pages(base, { full, fullXml, fields, values, walkXml: walk(w2, `<orx:deprecatedID>${w}</orx:deprecatedID>`).replace('Dos', 'Tres'), one1, two2 })
}

// The official workbook has no rows of its own: a CSV with its headers has.
function imports() {
  const file = path.join(n.data, 'filas.csv')
  fs.writeFileSync(file, 'prs_FirstName,vic_MethodsOfControl\nFulana,Debt bondage\nMengano,Nada parecido\n')
  const bad = n.run(['import', 'htcds', file, '--territory', 'PY-19'])
  t.ok(bad.status === 1 && /row 3: error/.test(bad.out) && /0 imported/.test(bad.out), 'import: an error names its row, nothing is imported', bad.out + bad.err)
  const book = n.run(['import', 'htcds', 'data/htcds/htcds_workbook_v2.0.xlsx'])
  t.ok(book.status === 0 && /0 rows/.test(book.out), 'import: the empty official workbook is read', book.out + book.err)
}

// The officer sees it: after opening, every value with the form's own labels.
async function pages(base, x) {
  const b = new Browser(base)
  await b.get('/sign-in')
  await b.post('/sign-in', { login: 'codeni', password: 'contraseña-larga', to: '/signals' })
  await b.get('/signals?show=all')
  const ids = [...new Set([...b.page.matchAll(/\/signal\/([0-9a-z]{26})/g)].map((m) => m[1]))]
  // A, Trozos, A la vez, the walk, the full IOM form, the pack's own form
  t.is(ids.length, 6, 'six signals at this office: nothing twice, nothing refused')
  let iom, walk
  for (const id of ids) {
    await b.get(`/signal/${id}`)
    if (/recorrido/i.test(b.page)) walk = id
    t.ok(!/Úrsula|dato \d|Tres/.test(b.page), `signal ${ids.indexOf(id) + 1}: nothing that names anyone before opening`)
    const dossier = /\/dossier\/([^/"?]+)\/open/.exec(b.page)?.[1]
    t.ok(dossier, 'there is a way to open it')
    await b.get(`/dossier/${dossier}/open`)
    await b.post(`/dossier/${dossier}/open`, { purpose: 'safety', reason: 'prueba del envío', to: `/signal/${id}` })
    if (/dato 4 áéñ/.test(b.page)) iom = id
  }
  t.ok(iom && walk, 'the IOM signal and the walk are found')
  await b.get(`/signal/${iom}`)
  const shown = unescape(b.page)
  for (const f of x.fields) if (x.values[f].show) for (const v of x.values[f].show) t.ok(shown.includes(v), `${f}: ${v}`)
  t.ok(/Type of Exploitation/.test(shown) && /First Name/.test(shown), 'labels of the form are shown')
  const sent = await b.go('GET', `/signal/${iom}/submission`)
  t.ok(sent.bytes.equals(Buffer.from(x.fullXml)), 'the bytes as sent are there')
  await b.get(`/signal/${walk}`)
  t.ok(b.page.includes('Tres') && !b.page.includes('>Dos<'), 'the correction shows, what it took away is gone')
  const files = [...b.page.matchAll(/href="(\/signal\/[^"]*\/sent\/[^"]*)"[^>]*>([^<]*)</g)]
  t.is(files.map((m) => unescape(m[2])).sort().join(), 'b.jpg,ñandú 1.jpg', 'both files went along, the stranger did not')
  for (const [, href, name] of files) {
    const f = await b.go('GET', unescape(href))
    t.ok(f.bytes.equals(unescape(name) === 'b.jpg' ? x.two2 : x.one1), `${unescape(name)}: its bytes`)
  }
  // ---- devices are disabled at once
  await b.get('/devices')
  t.ok(/Teléfono 1/.test(b.page), 'the page of devices')
  await b.post('/devices', { label: 'Teléfono 2', address: 'https://amparo.example.org' })
  t.ok(/<svg class="qr"/.test(b.page), 'a new device has its QR code')
  const login = /m-[0-9a-z]+/.exec(b.page)[0], secret = /<dd[^>]*>([0-9a-z]{24})</.exec(b.page)?.[1]
  const as = () => request(base, 'GET', '/openrosa/formList', { headers: { Authorization: basic(login, secret) } })
  t.is((await as()).status, 200, 'its credentials work')
  await b.get('/devices')
  const id = new RegExp(`${login}[^]*?/device/([0-9a-z]{26})/disable`).exec(b.page)[1]
  await b.post(`/device/${id}/disable`, {})
  t.is((await as()).status, 401, 'disabled: 401')
}

main().catch((e) => { t.ok(false, 'the walk', e.stack) }).finally(async () => {
  await n.end()
  t.done()
})
