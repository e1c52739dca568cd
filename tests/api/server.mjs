// server.mjs - a node of our own in a folder of its own, and TAP.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export function node(bin) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'amparo-api-'))
  const run = (args, input = '') => {
    const r = spawnSync(bin, [...args, '--data', data], { input, encoding: 'utf8' })
    return { status: r.status, out: r.stdout, err: r.stderr }
  }
  return {
    data, run,
    serve(...more) {
      const p = spawn(bin, ['serve', '--port', '0', '--quick-passwords', '--data', data, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
      this.process = p
      return new Promise((resolve, reject) => {
        let all = ''
        p.stdout.on('data', (d) => {
          all += d
          const m = /serves on (http:\/\/[^ ]+?)\/\n/.exec(all)
          if (m) resolve(m[1])
        })
        p.on('exit', (code) => reject(new Error(`serve ended with ${code}`)))
      })
    },
    async end() {
      if (this.process) {
        const gone = new Promise((r) => this.process.on('exit', r))
        this.process.kill('SIGTERM')
        await gone
      }
      fs.rmSync(data, { recursive: true, force: true })
    },
  }
}

export class Tap {
  constructor() { this.n = 0; this.bad = 0 }
  ok(yes, name, detail) {
    this.n++
    if (!yes) {
      this.bad++
      if (detail !== undefined) console.log('# ' + String(detail).slice(0, 600).replace(/\n/g, '\n# '))
    }
    console.log(`${yes ? 'ok' : 'not ok'} ${this.n} - ${name}`)
  }
  is(got, want, name) { this.ok(got === want, name, `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`) }
  done() {
    console.log(`1..${this.n}`)
    process.exitCode = this.bad ? 1 : 0
  }
}
