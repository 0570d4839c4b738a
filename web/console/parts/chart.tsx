import { useId } from 'react';
import { useFormats, useWords } from '../frame/words.js';
import { Empty } from './state.js';
import { Table } from './table.js';

export interface Bar {
  /** `2026-11-20`, in UTC. */
  readonly day: string;
  readonly value: number;
  /** Failed part of the value; default 0. */
  readonly failed?: number;
}

const size = { width: 640, height: 160, gap: 0.25 };

/** Bars by day, oldest first, with a table of the same figures. */
export function BarChart({
  title,
  bars,
  headings,
}: {
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly headings: { readonly value: string; readonly failed?: string };
}) {
  const words = useWords();
  const { day, number } = useFormats();
  const id = useId();
  const greatest = Math.max(1, ...bars.map(({ value }) => value));
  const step = size.width / Math.max(1, bars.length);
  const width = step * (1 - size.gap);
  const heightOf = (value: number): number => (value / greatest) * size.height;
  const [first, last] = [bars[0], bars.at(-1)];
  const failedHeading = headings.failed;
  if (bars.every(({ value }) => value === 0)) return <Empty>{words.chart.nothing}</Empty>;
  return (
    <figure className="chart">
      <figcaption id={id}>{title}</figcaption>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-labelledby={id} preserveAspectRatio="none" role="img">
        <title>{title}</title>
        {bars.map(({ day: of, value, failed = 0 }, at) => (
          <g key={of}>
            <rect
              className="bar"
              x={at * step}
              y={size.height - heightOf(value)}
              width={width}
              height={heightOf(value)}
            />
            <rect
              className="bar failed"
              x={at * step}
              y={size.height - heightOf(failed)}
              width={width}
              height={heightOf(failed)}
            />
          </g>
        ))}
      </svg>
      {first !== undefined && last !== undefined && (
        <p className="axis fine soft">
          <span>{day(first.day)}</span>
          <span>{words.chart.most(number(greatest))}</span>
          <span>{day(last.day)}</span>
        </p>
      )}
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
            ...(failedHeading === undefined
              ? []
              : [
                  { id: 'failed', heading: failedHeading, isNumber: true, cell: (bar: Bar) => number(bar.failed ?? 0) },
                ]),
          ]}
        />
      </details>
    </figure>
  );
}
