import { defineTexts, messagesIn } from '../../frame/words.js';
import type { AdministratorsWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  messagesIn<AdministratorsWords>(import.meta.glob('./messages/*.ts')),
);
