import { Link } from '../frame/router.js';
import type { Column } from './table.js';

export const toNameColumn = (
  heading: string,
  address: string,
): Column<{ readonly id: string; readonly name: string }> => ({
  id: 'name',
  heading,
  isRowHeading: true,
  cell: ({ id, name }) => (
    <Link to={`${address}/${encodeURIComponent(id)}`}>
      <bdi>{name}</bdi>
    </Link>
  ),
});
