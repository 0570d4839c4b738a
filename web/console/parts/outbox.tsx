import { useSessionActions } from '../frame/acting.js';
import { useWords } from '../frame/words.js';
import { Note } from './state.js';

/** Warns, next to a form that sends e-mails, that this server only writes them to a file. */
export function OutboxNote() {
  const { outbox: words } = useWords();
  return useSessionActions().session.outbox.includes('email') ? <Note tone="warn">{words.note}</Note> : null;
}

/** Returns a function that replaces “sent” if this server only writes the messages of the channel to a file. */
export function useSentText(): (sent: string, channel?: string) => string {
  const { outbox: words } = useWords();
  const { outbox } = useSessionActions().session;
  return (sent, channel = 'email') => (outbox.some((each) => each === channel) ? words.written : sent);
}
