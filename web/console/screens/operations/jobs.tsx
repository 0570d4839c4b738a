import { useLoaded } from '../../frame/acting.js';
import { textIn, useFormats, useWords } from '../../frame/words.js';
import { Await, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { type JobRow, readJobs } from './requests.js';
import { useTexts } from './texts.js';

/** Shows the background jobs of the replica that answers the request. */
export function Jobs() {
  const words = useTexts().jobs;
  const { ago, number } = useFormats();
  const { problems } = useWords();
  const jobs = useLoaded(readJobs);
  const { columns } = words;
  const resultOf = ({ last }: JobRow) => {
    if (last === null) return words.never;
    const { code } = last;
    if (code === null) return words.done;
    return (
      <>
        <b>{words.failed}</b> {textIn(problems, code) ?? <code>{code}</code>}
      </>
    );
  };
  return (
    <Section heading={words.heading}>
      <p>{words.intro}</p>
      <Await loaded={jobs}>
        {({ jobs: rows }) => (
          <Table
            caption={words.heading}
            rows={rows}
            keyOf={({ name }) => name}
            empty={words.none}
            headings={columns}
            columns={[
              { id: 'job', isRowHeading: true, cell: ({ name }) => nameOf(name, words.names) },
              { id: 'every', isNumber: true, cell: ({ everySec }) => words.seconds({ seconds: number(everySec) }) },
              { id: 'last', cell: ({ last }) => (last === null ? words.never : ago(last.endedAt)) },
              { id: 'result', cell: resultOf },
              { id: 'runs', isNumber: true, cell: ({ runs }) => number(runs) },
              { id: 'failures', isNumber: true, cell: ({ failures }) => number(failures) },
            ]}
          />
        )}
      </Await>
    </Section>
  );
}

/** Jobs of a newer server have no text. */
const nameOf = (job: string, names: Readonly<Record<string, string>>): string => names[job] ?? job;
