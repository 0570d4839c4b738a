import type { Ports } from '../../src/core/deps.js';
import { sentLink } from '../../src/core/page-link.js';
import { testIssuer } from './keys.js';

/** Ports of a server that sends no e-mails by itself. */
export const standInPorts = {
  directories: new Map(),
  linkOf: (started, language) => sentLink(testIssuer, started, language),
  brandOf: async ({ policy }) => ({ accent: '#0b5a6e', helpUrl: null, organisation: policy.organisation }),
} satisfies Ports<'directories' | 'linkOf' | 'brandOf'>;
