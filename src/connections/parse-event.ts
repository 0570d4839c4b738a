import type { z } from 'zod';
import { FaceError } from '../errors.js';
import { isProbe } from './probe.js';

/**
 * Parses the JSON body of a call with its hook's guard.
 * @throws FaceError `request_malformed`: faults by field, without values; `hook_probed`: a probe
 */
export function parseEvent<Output>(guard: z.ZodType<Output>, body: Uint8Array): Output {
  const event = parseJson(body);
  const parsed = guard.safeParse(event);
  if (parsed.success) return parsed.data;
  if (isProbe(event)) throw new FaceError('hook_probed');
  const issues = parsed.error.issues.map(({ code, path }) => ({ code: String(code), path: path.map(String) }));
  throw new FaceError('request_malformed', { issues });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // No cause, because the parser's message quotes the body.
    throw new FaceError('request_malformed', { issues: [{ code: 'invalid_json', path: [] }] });
  }
}
