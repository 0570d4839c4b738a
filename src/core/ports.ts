/*
 * Ports of the core, which does no I/O itself. src/app/process.ts provides their implementations, and test/contract has a
 * test suite for each.
 */

export type { Audit, AuditSubscriber } from './audit-events.js';
export type { Box, DetectedFace, Detection } from './face.js';
export * from './ports/account-recovery.js';
export * from './ports/delivery.js';
export * from './ports/keys.js';
export * from './ports/ledger-store.js';
export * from './ports/liveness.js';
export * from './ports/liveness-vendor.js';
export * from './ports/passkeys.js';
export * from './ports/platform.js';
export * from './ports/presented-documents.js';
export * from './ports/profile.js';
export * from './ports/state.js';
export * from './ports/verifier.js';
export * from './ports/web-push.js';
