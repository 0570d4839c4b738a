export const Progress = ({
  label,
  text,
  value,
  most,
}: {
  readonly label: string;
  readonly text: string;
  readonly value: number;
  readonly most: number;
}) => (
  <p className="progress">
    <span>{text}</span>
    <progress aria-label={label} value={value} max={Math.max(1, most)} />
  </p>
);
