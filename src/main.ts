#!/usr/bin/env node
// Imports nothing before the check: what an older Node cannot load would end it with a message about that.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`facestep needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exit(1);
}
await import('./process.js');

export {};
