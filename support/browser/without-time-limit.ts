/*
 * Preloaded by a server under test: its requests wait as long as a simulated provider needs. On a busy machine a provider
 * may answer after the limit.
 */
const send = globalThis.fetch;
globalThis.fetch = (url, init) => send(url, { ...init, signal: null });

export {};
