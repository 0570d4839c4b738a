import { useId } from 'react';
import { useFormats, useWords } from '../frame/words.js';
import { Empty } from './state.js';
import { Table } from './table.js';

export interface Bar {
  /** UTC date, such as `2026-11-20`. */
  readonly day: string;
  readonly value: number;
  /** Part of `value` that failed. */
  readonly failed: number;
}

const size = { width: 640, height: 160, gap: 0.25 };

/** With more bars, only the ends and the middle have labels. */
const mostLabels = 10;

function toRound(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 4, 6, 8, 10].map((step) => step * unit).find((round) => round >= value) ?? value;
}

export function BarChart({
  title,
  bars,
  headings,
}: {
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly headings: { readonly value: string; readonly failed: string };
}) {
  const words = useWords();
  const { day, shortDay, number } = useFormats();
  const id = useId();
  const top = toRound(Math.max(...bars.map(({ value }) => value)));
  const ticks = top < 2 ? [top, 0] : [top, top / 2, 0];
  const step = size.width / Math.max(1, bars.length);
  const heightOf = (value: number): number => (value / top) * size.height;
  const isLabeled = (at: number): boolean =>
    bars.length <= mostLabels || [0, Math.floor(bars.length / 2), bars.length - 1].includes(at);
  if (bars.every(({ value }) => value === 0)) return <Empty>{words.chart.nothing}</Empty>;
  return (
    <figure className="chart">
      <figcaption id={id}>{title}</figcaption>
      <div className="plot">
        <div className="ticks fine soft" aria-hidden>
          {ticks.map((tick) => (
            <span key={tick}>{number(tick)}</span>
          ))}
        </div>
        <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-labelledby={id} preserveAspectRatio="none" role="img">
          <title>{title}</title>
          {ticks.map((tick) => (
            <line
              key={tick}
              className="grid"
              x1={0}
              x2={size.width}
              y1={size.height - heightOf(tick)}
              y2={size.height - heightOf(tick)}
            />
          ))}
          {bars.map(({ day: of, value, failed }, at) => (
            <g key={of}>
              <title>{`${day(of)}: ${number(value)}`}</title>
              {[
                { part: 'bar', from: failed, to: value },
                { part: 'bar failed', from: 0, to: failed },
              ].map(({ part, from, to }) => (
                <rect
                  key={part}
                  className={part}
                  x={(at + size.gap / 2) * step}
                  y={size.height - heightOf(to)}
                  width={step * (1 - size.gap)}
                  height={heightOf(to - from)}
                />
              ))}
            </g>
          ))}
        </svg>
        <div className="days fine soft" aria-hidden>
          {bars.map(({ day: of }, at) => (
            <span key={of}>{isLabeled(at) && shortDay(of)}</span>
          ))}
        </div>
      </div>
      <p className="legend fine">
        <span className="key">{headings.value}</span>
        <span className="key failed">{headings.failed}</span>
      </p>
      <details>
        <summary>{words.chart.asTable}</summary>
        <Table
          caption={title}
          rows={bars.toReversed()}
          keyOf={(bar) => bar.day}
          empty={words.chart.nothing}
          columns={[
            { id: 'day', heading: words.chart.day, isRowHeading: true, cell: (bar) => day(bar.day) },
            { id: 'value', heading: headings.value, isNumber: true, cell: (bar) => number(bar.value) },
            { id: 'failed', heading: headings.failed, isNumber: true, cell: (bar) => number(bar.failed) },
          ]}
        />
      </details>
    </figure>
  );
}
