/** Encodes a hook event's body as a provider does. */
export const toBody = (event: unknown): Uint8Array => Buffer.from(JSON.stringify(event));
