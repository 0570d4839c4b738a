import { defineScreen } from '../../frame/screen.js';
import { Backup } from './backup.js';
import { Jobs } from './jobs.js';
import { Keys } from './keys.js';
import { Trail } from './trail.js';

export const operations = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function Operations({ words }) {
    return (
      <>
        <h1>{words.heading}</h1>
        <Trail words={words.audit} />
        <Backup words={words.backup} />
        <Keys words={words.keys} />
        <Jobs words={words.jobs} />
      </>
    );
  },
);
