import { defineTexts, messagesIn } from '../../frame/words.js';
import { withLedger } from '../../ledger/told.js';
import type { LogWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  withLedger(messagesIn<LogWords>(import.meta.glob('./messages/*.ts'))),
);
