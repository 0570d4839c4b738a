import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

/** What the screens say. */
export type ConnectionsWords = Translated<typeof en>;
