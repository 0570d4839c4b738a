import { Link } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { BypassCodes } from './bypass-codes.js';
import { Queue } from './queue.js';
import { Vouching } from './vouching.js';

export const helpDesk = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function HelpDesk({ words, rest: [part = 'calls'] }) {
    return (
      <>
        <h1>{words.heading}</h1>
        <nav className="parts" aria-label={words.heading}>
          <Link to="/help-desk" isCurrent={part === 'calls'}>
            {words.parts.calls}
          </Link>
          <Link to="/help-desk/bypass-codes" isCurrent={part === 'bypass-codes'}>
            {words.parts.codes}
          </Link>
          <Link to="/help-desk/requests" isCurrent={part === 'requests'}>
            {words.parts.requests}
          </Link>
        </nav>
        {part === 'requests' ? (
          <Queue words={words} />
        ) : part === 'bypass-codes' ? (
          <BypassCodes words={words} />
        ) : (
          <Vouching words={words} />
        )}
      </>
    );
  },
);
