// flow_peer.mjs FILE SECONDS - start and finish processes with bpmn-engine (npm), every
// user step answered as soon as it waits.  The file is parsed once, as we do.
// Prints processes per second.
import { readFileSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import { Engine } from 'bpmn-engine';
import BpmnModdle from 'bpmn-moddle';
import * as Elements from 'bpmn-elements';
import serializer, { TypeResolver } from 'moddle-context-serializer';

const [file, seconds] = process.argv.slice(2);
const source = readFileSync(file, 'utf8');
const Moddle = BpmnModdle.BpmnModdle ?? BpmnModdle.default ?? BpmnModdle;
const sourceContext = serializer(await new Moddle().fromXML(source), TypeResolver(Elements));

async function once() {
  const listener = new EventEmitter();
  let steps = 0;
  listener.on('activity.wait', api => { steps++; api.signal(); });
  const engine = Engine({ name: 'bench', sourceContext });
  await engine.execute({ listener });
  if (engine.state === 'running') await engine.waitFor('end');
  if (steps !== 20) throw new Error(`${steps} steps`);
}

for (let i = 0; i < 10; i++) await once();          // let the compiler warm up
const until = performance.now() + Number(seconds) * 1000, from = performance.now();
let n = 0;
while (performance.now() < until) { await once(); n++; }
console.log((n / ((performance.now() - from) / 1000)).toFixed(1));
