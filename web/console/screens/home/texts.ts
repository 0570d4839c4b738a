import { defineTexts, messagesIn } from '../../frame/words.js';
import { withLedger } from '../../ledger/told.js';
import type { HomeWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  withLedger(messagesIn<HomeWords>(import.meta.glob('./messages/*.ts'))),
);
