import { defineScreen } from '../../frame/screen.js';
import { Overview } from './overview.js';
import { OwnApplicationPage } from './own-application.js';
import { OwnRequest } from './own-request.js';
import { NewRequest } from './wish-form.js';

export const mine = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function Mine({ words, rest: [first, second] }) {
    if (first === undefined) return <Overview words={words} />;
    if (first === 'new') return <NewRequest former={null} words={words} />;
    if (first === 'requests' && second !== undefined) return <OwnRequest key={second} id={second} words={words} />;
    return <OwnApplicationPage key={first} id={first} words={words} />;
  },
);
