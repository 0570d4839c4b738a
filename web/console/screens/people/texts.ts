import { defineTexts, messagesIn } from '../../frame/screen.js';
import { withLedger } from '../../ledger/ledger-messages.js';
import type { PeopleWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  withLedger(messagesIn<PeopleWords>(import.meta.glob('./messages/*.ts'))),
);
