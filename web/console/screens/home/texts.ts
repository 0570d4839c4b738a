import { defineTexts, messagesIn } from '../../frame/screen.js';
import { withLedger } from '../../ledger/ledger-messages.js';
import type { HomeWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  withLedger(messagesIn<HomeWords>(import.meta.glob('./messages/*.ts'))),
);
