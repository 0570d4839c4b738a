import { defineTexts, messagesIn } from '../../frame/words.js';
import type { ConnectionsWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  messagesIn<ConnectionsWords>(import.meta.glob('./messages/*.ts')),
);
