import { defineTexts, messagesIn } from '../../frame/words.js';
import type { OperationsWords } from './messages/en.js';

export const { defineScreen, useTexts } = defineTexts(messagesIn<OperationsWords>(import.meta.glob('./messages/*.ts')));
