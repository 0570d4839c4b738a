import type { Translated } from '../../shared/languages.js';
import type { en } from './en.js';

export type Words = Translated<typeof en>;
