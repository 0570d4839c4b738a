import { defineTexts, messagesIn } from '../../frame/screen.js';
import { withLedger } from '../../ledger/ledger-messages.js';
import type { LogWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  withLedger(messagesIn<LogWords>(import.meta.glob('./messages/*.ts'))),
);
