import { takeCoverage } from 'node:v8';

/*
 * Preloaded into a server that has NODE_V8_COVERAGE. On SIGUSR2, it writes which functions it has called since the last
 * signal.
 */

process.on('SIGUSR2', () => takeCoverage());
