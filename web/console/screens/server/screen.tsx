import { useWords } from '../../frame/words.js';
import { DraftEditor } from '../connections/draft.js';
import { defineScreen } from '../connections/requests.js';

/** Settings of the server, which belong to no connection. */
export const screen = defineScreen(function Server() {
  const { screens } = useWords();
  return (
    <>
      <h1>{screens.server}</h1>
      <DraftEditor connection={null} />
    </>
  );
});
