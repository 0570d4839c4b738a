import { defineTexts, messagesIn } from '../../frame/words.js';
import type { RequestWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(messagesIn<RequestWords>(import.meta.glob('./messages/*.ts')));
