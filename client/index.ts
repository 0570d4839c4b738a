export * from './receipt-verifier.js';
