#!/usr/bin/env node
// Checked before any import, which would fail on an old Node.js with an unhelpful message.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Error: facestep needs Node 20.19 or newer; this is ${process.version}.\nFix: Install a newer Node.\n`,
  );
  process.exit(1);
}
await import('./app/process.js');

export {};
