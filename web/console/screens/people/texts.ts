import { defineTexts, messagesIn } from '../../frame/words.js';
import { withLedger } from '../../ledger/told.js';
import type { PeopleWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  withLedger(messagesIn<PeopleWords>(import.meta.glob('./messages/*.ts'))),
);
