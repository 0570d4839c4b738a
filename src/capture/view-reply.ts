import type { Credential } from '../core/concealed.js';
import type { View } from '../core/step-up/page-protocol.js';
import type { SessionView } from '../core/step-up/session-view.js';
import { type EpochMs, toIso } from '../core/units.js';

/** Converts an instant to RFC 3339, UTC. */
export const toInstantReply = (at: EpochMs | null): string | null => (at === null ? null : toIso(at));

/** Converts a session view for the page. */
export const toViewReply = (view: SessionView): View => ({
  ...view,
  expiresAt: toIso(view.expiresAt),
  agreedAt: toInstantReply(view.agreedAt),
});

/** Returns a receipt as text for its recipient; `null`: none. */
export const toReceiptReply = (receipt: Credential | null): string | null =>
  receipt === null ? null : receipt.use((text) => text);
