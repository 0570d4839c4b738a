import { z } from 'zod';
import { CalloutError } from './callout.js';

/** Maximum size of all claim names and values together. */
const CLAIMS_MAX_BYTES = 3 * 1024;

const envelopeGuard = z.object({
  data: z.object({ '@odata.type': z.string(), actions: z.array(z.looseObject({ '@odata.type': z.string() })) }),
});

function readAction(body: unknown, event: string): { readonly name: string; readonly action: object } {
  const parsed = envelopeGuard.safeParse(body);
  if (!parsed.success) throw new CalloutError(1003003);
  const { '@odata.type': type, actions } = parsed.data.data;
  if (type !== `microsoft.graph.on${event[0]?.toUpperCase()}${event.slice(1)}ResponseData`)
    throw new CalloutError(1003003);
  const [action] = actions;
  if (action === undefined || actions.length !== 1) throw new CalloutError(1003010);
  const [, name] = new RegExp(`^microsoft\\.graph\\.${event}\\.(\\w+)$`).exec(action['@odata.type']) ?? [];
  if (name === undefined) throw new CalloutError(1003012);
  return { name, action };
}

const claimGuard = z.union([z.string(), z.array(z.string())]);

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-claims-provider-reference */
export function readClaims(body: unknown): Map<string, string | string[]> {
  const { name, action } = readAction(body, 'tokenIssuanceStart');
  if (name !== 'provideClaimsForToken') throw new CalloutError(1003012);
  const bag: unknown = Reflect.get(action, 'claims');
  if (bag === null || bag === undefined) throw new CalloutError(1003007);
  const claims = z.record(z.string(), z.unknown()).safeParse(bag);
  if (!claims.success) throw new CalloutError(1003003);
  let bytes = 0;
  const read = Object.entries(claims.data).map(([key, value]) => {
    if (key === '') throw new CalloutError(1003026);
    const claim = claimGuard.safeParse(value);
    if (!claim.success) throw new CalloutError(1003003);
    bytes += Buffer.byteLength(key) + Buffer.byteLength([claim.data].flat().join(''));
    return [key, claim.data] as const;
  });
  if (bytes > CLAIMS_MAX_BYTES) throw new CalloutError(1003025);
  return new Map(read);
}

const pageGuard = z.object({ title: z.string().min(1), message: z.string().min(1) });
const errorsGuard = z.object({
  message: z.string().min(1),
  attributeErrors: z.record(z.string(), z.string()).nullish(),
});
const valuesGuard = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export type SignUpAction =
  | { readonly kind: 'continue' }
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'validation'; readonly message: string; readonly attributes: readonly string[] }
  | { readonly kind: 'block'; readonly title: string; readonly message: string };

/**
 * @see
 * https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-onattributecollectionsubmit-retrieve-return-data
 */
export function readSignUpAction(event: 'attributeCollectionStart' | 'attributeCollectionSubmit') {
  return (body: unknown): SignUpAction => {
    const { name, action } = readAction(body, event);
    const parse = <Output>(guard: z.ZodType<Output>, value: unknown): Output => {
      const parsed = guard.safeParse(value);
      if (!parsed.success) throw new CalloutError(1003003);
      return parsed.data;
    };
    if (name === 'continueWithDefaultBehavior') return { kind: 'continue' };
    if (name === 'showBlockPage') return { kind: 'block', ...parse(pageGuard, action) };
    if (event === 'attributeCollectionStart' && name === 'setPrefillValues') {
      return { kind: 'values', values: parse(valuesGuard, Reflect.get(action, 'inputs')) };
    }
    if (event === 'attributeCollectionSubmit' && name === 'modifyAttributeValues') {
      return { kind: 'values', values: parse(valuesGuard, Reflect.get(action, 'attributes')) };
    }
    if (event === 'attributeCollectionSubmit' && name === 'showValidationError') {
      const { message, attributeErrors } = parse(errorsGuard, action);
      return { kind: 'validation', message, attributes: Object.keys(attributeErrors ?? {}) };
    }
    throw new CalloutError(1003012);
  };
}
