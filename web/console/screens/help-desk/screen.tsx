import { Link } from '../../frame/router.js';
import { BypassCodes } from './bypass-codes.js';
import { Queue } from './queue.js';
import { defineScreen, useTexts } from './texts.js';
import { Vouching } from './vouching.js';

export const helpDesk = defineScreen(function HelpDesk({ rest: [part = 'calls'] }) {
  const words = useTexts();
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
      {part === 'requests' ? <Queue /> : part === 'bypass-codes' ? <BypassCodes /> : <Vouching />}
    </>
  );
});
