/** The body of a hook's event, as a provider sends it. */
export const toBody = (event: unknown): Uint8Array => Buffer.from(JSON.stringify(event));
