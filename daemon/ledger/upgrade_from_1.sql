-- From schema 1: the old segments become entries with the source 'slurm', written when their jobs ended.
insert into segments (kind, reason, written_at, closed_until, cluster, job_id, submitted_at, restart, role, run_id,
                      run_name, uid, user, account, plan, gpu_type, gpus, started_at, ended_at, source)
  select 'entry', '', ended_at, 0, cluster, job_id, submitted_at, restart, role, run_id,
         run_name, uid, user, account, plan, gpu_type, gpus, started_at, ended_at, 'slurm'
  from segments_1 order by ended_at;
drop table segments_1;
