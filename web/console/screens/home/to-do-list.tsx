import { useLoaded } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { Await } from '../../parts/state.js';
import type { HomeWords } from './messages/home-words.js';
import { readToDo, type ToDo } from './requests.js';

const pathOf = ({ where, connection }: ToDo): string =>
  where === 'connection' || where === 'doctor' ? `/connections/${encodeURIComponent(connection ?? '')}` : '/operations';

/** To-do items and the connections' health. */
export function ToDoList({ words }: { readonly words: HomeWords }) {
  const { instant } = useFormats();
  const loaded = useLoaded(readToDo);
  const { toDo, doctor } = words;
  return (
    <section>
      <h2>{toDo.heading}</h2>
      <Await loaded={loaded}>
        {({ items, lights }) => (
          <>
            {items.length === 0 && <p className="note good">{toDo.nothing}</p>}
            <ul className="to-do">
              {items.map((item) => (
                <li
                  key={`${item.code} ${item.connection} ${item.words}`}
                  className={item.urgency === 'now' ? 'note bad' : 'note warn'}
                >
                  <strong>{toDo.urgency[item.urgency]}</strong> <ToDoText item={item} words={words} />
                </li>
              ))}
            </ul>
            {lights.length > 0 && (
              <>
                <h3>{doctor.heading}</h3>
                <dl className="facts">
                  {lights.map(({ connection, light, examinedAt }) => (
                    <div key={connection}>
                      <dt>
                        <bdi>{connection}</bdi>
                      </dt>
                      <dd>
                        <span className={`outcome ${light ?? ''}`}>{doctor.lights[light ?? 'none']}</span>
                        {examinedAt !== null && <span className="fine soft"> {instant(examinedAt)}</span>}
                      </dd>
                    </div>
                  ))}
                </dl>
              </>
            )}
          </>
        )}
      </Await>
    </section>
  );
}

/** Unknown items of a newer server in the server's words. */
function ToDoText({ item, words: { toDo } }: { readonly item: ToDo; readonly words: HomeWords }) {
  const text = Object.entries(toDo.codes).find(([code]) => code === item.code)?.[1] ?? item.words;
  return (
    <Link to={pathOf(item)}>
      {item.connection !== null && (
        <>
          <bdi>{item.connection}</bdi>:{' '}
        </>
      )}
      {text}
    </Link>
  );
}
