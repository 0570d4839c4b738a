import { randomBytes } from 'node:crypto';
import type { Verifier } from '../src/core/ports.js';
import type { Engine } from '../src/engine/engine.js';
import { createEmbeddedVerifier } from '../src/verifier/embedded.js';
import { createKeysInMemory } from './keys.js';
import { parameters } from './parameters.js';
import { createSimulatedEngine } from './simulators/engine.js';
import { systemRandom } from './simulators/sinks.js';

/** The real embedded verifier, over an engine without models unless one is given. */
export function createTestVerifier(engine: Engine = createSimulatedEngine()): Verifier {
  return createEmbeddedVerifier({
    engine,
    parameters,
    keys: createKeysInMemory(randomBytes(32)),
    random: systemRandom,
  });
}

/** The encoded bytes of a picture the simulated engine understands. */
export const drawPicture = (person: string, shot: number): Uint8Array => Buffer.from(`face ${person} ${shot} 0.9`);
