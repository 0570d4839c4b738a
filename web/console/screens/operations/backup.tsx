import { useLoaded } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { Await, Empty, Section } from '../../parts/state.js';
import { Facts } from '../../parts/told.js';
import { readBackup } from './requests.js';
import { useTexts } from './texts.js';

export function Backup() {
  const words = useTexts().backup;
  const { ago, instant, number, size } = useFormats();
  const found = useLoaded(readBackup);
  return (
    <Section heading={words.heading}>
      <Await loaded={found}>
        {({ last }) =>
          last === null ? (
            <Empty>{words.none}</Empty>
          ) : (
            <Facts
              rows={[
                [words.made, `${ago(last.madeAt)} (${instant(last.madeAt)})`],
                [words.checked, instant(last.checkedAt)],
                [words.content, words.files({ count: number(last.files), size: size(last.bytes) })],
                [words.keys, last.hasKeys ? words.included : words.left],
                [words.state, last.hasState ? words.included : words.leftState],
              ]}
            />
          )
        }
      </Await>
    </Section>
  );
}
