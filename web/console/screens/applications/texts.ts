import { defineTexts, messagesIn } from '../../frame/words.js';
import type { ApplicationsWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(
  messagesIn<ApplicationsWords>(import.meta.glob('./messages/*.ts')),
);
