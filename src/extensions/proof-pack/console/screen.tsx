import { Zip, ZipPassThrough } from 'fflate';
import { loadTexts } from '../../../../locales/compiled/console/proof/load.js';
import { useSessionActions } from '../../../../web/console/frame/acting.js';
import { post } from '../../../../web/console/frame/call.js';
import { defineTexts } from '../../../../web/console/frame/words.js';
import { ConnectionChoice } from '../../../../web/console/ledger/connection-choice.js';
import { ActForm, Field } from '../../../../web/console/parts/form.js';
import { download } from '../../../../web/shared/download.js';
import { startOfUtcDay } from '../../../core/base/iso-time.js';
import type { ProofPart } from '../replies.js';

const { defineScreen, useTexts } = defineTexts(loadTexts);

const longestMs = 1_800_000;

/** Makes a ZIP file of text files. They are not compressed, because that code would be larger than the rest of the screen. */
function zip(files: ReadonlyMap<string, readonly string[]>): Uint8Array<ArrayBuffer>[] {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const archive = new Zip((error, chunk) => {
    if (error !== null) throw error;
    chunks.push(new Uint8Array(chunk));
  });
  for (const [file, texts] of files) {
    const entry = new ZipPassThrough(`facestep-proof/${file}`);
    archive.add(entry);
    for (const text of texts) entry.push(new TextEncoder().encode(text));
    entry.push(new Uint8Array(), true);
  }
  archive.end();
  return chunks;
}

/** Saves a proof pack as a ZIP file. */
export const screen = defineScreen(function ProofPack() {
  const words = useTexts();
  const { call } = useSessionActions();
  const save = async (form: FormData): Promise<void> => {
    const textOf = (name: string): string => String(form.get(name) ?? '');
    const fields = {
      connection: textOf('connection'),
      group: textOf('group') || undefined,
      from: startOfUtcDay(textOf('from'), 0),
      to: startOfUtcDay(textOf('until'), 1),
    };
    const files = new Map<string, string[]>();
    const onLine = ({ file, text }: ProofPart): void => {
      files.set(file, [...(files.get(file) ?? []), text]);
    };
    await call({ ...post<ProofPart>('/v1/proof', fields), withinMs: longestMs, onLine });
    download('facestep-proof.zip', 'application/zip', new Blob(zip(files)));
  };
  return (
    <>
      <h1>{words.heading}</h1>
      <p className="soft">{words.what}</p>
      <ActForm submit={words.save} onSubmit={save}>
        <div className="filters">
          <ConnectionChoice label={words.connection} anyLabel={words.choose} initial="" />
          <Field name="group" label={words.group} hint={words.groupHint} maxLength={256} />
          <Field name="from" type="date" label={words.from} isRequired />
          <Field name="until" type="date" label={words.until} isRequired />
        </div>
      </ActForm>
    </>
  );
});
