import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import classes from './Pipeline.module.css';

export const LibraryTitleView = memo(function LibraryTitleView({ data }: NodeProps) {
  return <div className={classes.library}>Library {(data as { id: string }).id}</div>;
});
