import type { View } from '../../core/page-protocol.js';
import type { Credential } from '../../core/secrets.js';
import { toIso } from '../../core/units.js';
import type { SessionView } from '../session-view.js';

export const toViewReply = (view: SessionView): View => ({
  ...view,
  expiresAt: toIso(view.expiresAt),
  agreedAt: view.agreedAt === null ? null : toIso(view.agreedAt),
});

export const toReceiptReply = (receipt: Credential | null): string | null =>
  receipt === null ? null : receipt.use((text) => text);
