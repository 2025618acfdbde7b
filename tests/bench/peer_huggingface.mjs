// SPDX-License-Identifier: MIT
// Opens FILE with the npm package @huggingface/gguf, of the folder MODULES, as often as RUNS says; prints the median in
// milliseconds.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const [modules, file, runs] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'here.js'));
const { gguf } = await import(pathToFileURL(require.resolve('@huggingface/gguf')));
const times = [];
for (let i = 0; i < Number(runs); i++) {
  const start = performance.now();
  const { tensorInfos } = await gguf(path.resolve(file), { allowLocalFile: true });
  times.push(performance.now() - start);
  if (tensorInfos.length === 0) throw new Error('no tensors');
}
times.sort((a, b) => a - b);
console.log(times[times.length >> 1].toFixed(3));
