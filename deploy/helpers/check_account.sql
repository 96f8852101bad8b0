-- Deploy tradelatch:helpers/check_account to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function monitoring.check_account(exchange text, account text, to_see boolean default false)
returns void
language plpgsql
stable
as $$
begin
    if monitoring.accounts_are_apart()
        and not monitoring.may_use(check_account.exchange, check_account.account)
        and not (check_account.to_see and monitoring.may_see(check_account.exchange, check_account.account))
    then
        raise exception using
            errcode = '42501',
            message = format(
                '%s was not granted account %s of %s', session_user, check_account.account, check_account.exchange
            ),
            detail = json_build_object(
                'user_name', session_user, 'exchange', check_account.exchange, 'account', check_account.account
            )::text,
            hint = 'An operator grants it: tradelatch accounts.';
    end if;
end
$$;

comment on function monitoring.check_account(text, text, boolean) is
'42501 where accounts are apart, and the session''s login may not use, or see, this one.';

revoke all on function monitoring.check_account(text, text, boolean) from public;

commit;
