import { Button, type ButtonProps } from 'react-aria-components/Button';

/** Button of a secondary action. */
export const QuietButton = (props: ButtonProps) => <Button className="button quiet" {...props} />;
