export const toBody = (event: unknown): Uint8Array => Buffer.from(JSON.stringify(event));
