# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: the collector for partitions without Python. It works through the table of probes that is
# put in front of it (perl.py) and prints one framed record for each. Perl 5.8 and its core modules, no file is written.
use strict;
use Errno ();
use Fcntl ();
use MIME::Base64 ();
use POSIX ();
use Socket ();

our $TABLE;
my $GRACE = 1;      # seconds from SIGTERM to SIGKILL, and to giving up
my $TICK  = 0.2;
my $clock = eval { require Time::HiRes; \&Time::HiRes::time } || sub { time };

my (%set, @addresses, @probes, %record, @running);
for my $line (split /\n/, $TABLE) {
    my ($what, @fields) = split /\t/, $line, -1;
    if    ($what eq 'set')     { $set{ $fields[0] } = plain($fields[1]) }
    elsif ($what eq 'env')     { $ENV{ $fields[0] } = plain($fields[1]) }
    elsif ($what eq 'unset')   { delete $ENV{ $fields[0] } }
    elsif ($what eq 'address') { push @addresses, plain($fields[0]) }
    elsif ($what eq 'probe')   { push @probes, probe(@fields) }
}
my @own = grep { length } split /:/, $ENV{PATH} || '';
$ENV{PATH} = join ':', (grep { !/$set{path_behind}/ } @own), $set{path}, grep { /$set{path_behind}/ } @own;

for my $name (qw(HUP INT TERM PIPE)) {
    $SIG{$name} = sub { kill 'KILL', map { -$_->{pid} } @running if @running; POSIX::_exit(1) };
}

my $began = $clock->();
for my $stage (split / /, $set{stages}) {
    my @todo = grep { $_->{stage} == $stage && wanted($_) } @probes;
    work([ grep { $_->{kind} eq 'command' } @todo ], $stage == $set{paths_stage} ? connections() : []);
    look($_) for grep { $_->{kind} ne 'command' } @todo;
}
host();

$| = 1;
print "\n$set{nonce} BEGIN\n";
for my $name (sort keys %record) {
    my ($outcome, $rc, $seconds, @texts) = @{ $record{$name} };
    my @encoded = map { my $text = MIME::Base64::encode_base64($_, ''); length $text ? $text : '-' } @texts;
    printf "%s RECORD %s %s %s %.3f %s %s\n", $set{nonce}, $name, $outcome, defined $rc ? $rc : '-', $seconds, @encoded;
}
print "$set{nonce} END\n";

sub plain {
    my ($text) = @_;
    $text =~ s/%([0-9A-F]{2})/chr hex $1/ge;
    return $text;
}

sub probe {
    my ($name, $kind, $stage, $seconds, $limit, $tail, $keep, $path, $having, $argv, $when) = @_;
    return {
        name => $name, kind => $kind, stage => $stage, seconds => $seconds, limit => $limit, tail => $tail,
        keep => plain($keep), path => plain($path), having => plain($having),
        argv => [ map { plain($_) } split / /, $argv ],
        when => [ map { my ($of, $matches, $regex) = split /,/; [ $of, $matches, plain($regex) ] } split / /, $when ],
    };
}

sub wanted {
    my ($probe) = @_;
    return 1 if !@{ $probe->{when} };
    for my $condition (@{ $probe->{when} }) {
        my ($of, $matches, $regex) = @$condition;
        my $text = $record{$of} ? $record{$of}[3] . $record{$of}[4] : '';
        return 1 if ($text =~ /$regex/ ? 1 : 0) == $matches;
    }
    return 0;
}

# --- commands and connections, side by side ---------------------------------------------------------------------------

sub work {
    my ($waiting, $connections) = @_;
    while (@$waiting || @running || @$connections) {
        while (@$waiting && @running < $set{side_by_side}) {
            my $job = start(shift @$waiting);
            push @running, $job if $job;
        }
        my ($readable, $writable) = ('', '');
        for my $job (@running) { vec($readable, fileno $_, 1) = 1 for values %{ $job->{streams} } }
        for my $try (@$connections) { vec($writable, fileno $try->{socket}, 1) = 1 }
        my $tick = (grep { !%{ $_->{streams} } } @running) ? 0.01 : $TICK;
        my $found = select $readable, $writable, undef, $tick;
        ($readable, $writable) = ('', '') if $found < 1;
        @running = grep { !finished($_, drain($_, $readable)) } @running;
        @$connections = grep { !answered($_, vec($writable, fileno $_->{socket}, 1)) } @$connections;
    }
}

# A running job, or nothing if it could not be started.
sub start {
    my ($probe) = @_;
    my $command = $probe->{argv}[0];
    my ($file, $error) = lookup($command);
    my ($out, $out_end, $err, $err_end);
    if (!defined $file) {
        $! = $error;
        record($probe->{name}, $error == Errno::ENOENT() ? 'missing' : 'failed', undef, 0, '', "$command: $!");
        return;
    }
    my $pid = pipe($out, $out_end) && pipe($err, $err_end) ? fork : undef;
    if (!defined $pid) {
        record($probe->{name}, 'failed', undef, 0, '', "$command: $!");
        return;
    }
    if (!$pid) {
        $SIG{$_} = 'DEFAULT' for qw(HUP INT TERM PIPE);
        POSIX::setsid();
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>&' . fileno $out_end;
        open STDERR, '>&' . fileno $err_end;
        exec { $file } @{ $probe->{argv} } or print STDERR "$command: $!";
        POSIX::_exit(126);
    }
    close $out_end;
    close $err_end;
    my $now = $clock->();
    return {
        probe => $probe, pid => $pid, started => $now, end => $now + $probe->{seconds},
        streams => { stdout => $out, stderr => $err }, stdout => '', stderr => '',
    };
}

# As execvp does: the first one in PATH that may be executed.
sub lookup {
    my ($command) = @_;
    my $error = Errno::ENOENT();
    for my $file ($command =~ m{/} ? $command : map { "$_/$command" } split /:/, $ENV{PATH}) {
        next if !-f $file;
        return ($file, 0) if -x _;
        $error = Errno::EACCES();
    }
    return (undef, $error);
}

# Read what is there; true if there was something, or an end of it.
sub drain {
    my ($job, $readable) = @_;
    my $stirred = 0;
    for my $name (keys %{ $job->{streams} }) {
        my $stream = $job->{streams}{$name};
        next if !vec $readable, fileno $stream, 1;
        my $count = sysread $stream, my $data, 65536;
        next if !defined $count && $! == Errno::EINTR();
        $stirred = 1;
        if (!$count) {
            close $stream;
            delete $job->{streams}{$name};
            next;
        }
        # Beyond the limit it is read and dropped, so that the command does not block.
        my $room = $set{read_limit} - length $job->{$name};
        $job->{$name} .= substr $data, 0, $room if $room > 0;
        $job->{truncated} = 1 if $count > $room;
    }
    return $stirred;
}

sub finished {
    my ($job, $stirred) = @_;
    my $now = $clock->();
    my $known = defined $job->{status};
    if (!$known) {
        my $pid = waitpid $job->{pid}, POSIX::WNOHANG();
        $job->{status} = $? if $pid == $job->{pid};
    }
    my $ended = defined $job->{status};
    if (!$job->{killed} && $ended) {
        # Somebody else (a daemon that it started) may hold its output open: enough is read when nothing more comes
        # in a round after its end.
        return 0 if ($stirred || !$known) && %{ $job->{streams} };
        my $rc = $job->{status} & 127 ? -($job->{status} & 127) : $job->{status} >> 8;
        return conclude($job, $rc == 0 ? 'ok' : 'failed', $rc);
    }
    if (!$job->{killed}) {
        return 0 if $now < $job->{end};
        $job->{killed} = $now;
        kill 'TERM', -$job->{pid};
        return 0;
    }
    return 0 if !$ended && $now < $job->{killed} + $GRACE;
    # Also when the leader is gone: a child of it may have ignored the first signal.
    kill 'KILL', -$job->{pid};
    return 0 if !$ended && $now < $job->{killed} + 2 * $GRACE;
    return conclude($job, 'timeout', undef);
}

sub conclude {
    my ($job, $outcome, $rc) = @_;
    close $_ for values %{ $job->{streams} };
    my @texts = (picked($job->{stdout}, $job->{probe}), substr $job->{stderr}, 0, 4096);
    if ($job->{truncated}) {
        # What is missing cannot be told, so this is no answer.
        $outcome = 'failed' if $outcome eq 'ok';
        @texts = ('', 'more output than is read');
    }
    record($job->{probe}{name}, $outcome, $rc, $clock->() - $job->{started}, @texts);
    return 1;
}

sub record {
    my ($name, @fields) = @_;
    $record{$name} = [@fields];
    return;
}

sub picked {
    my ($text, $probe) = @_;
    my $keep = $probe->{keep};
    $text = join '', map { "$_\n" } grep { /$keep/ } split /\n/, $text if length $keep;
    return substr $text, 0, $probe->{limit};
}

sub connections {
    my (@known, %seen);
    for my $line (split /\n/, $record{ $set{paths_probe} } ? $record{ $set{paths_probe} }[3] : '') {
        push @known, $1 =~ /($set{paths_address})/g if $line =~ /$set{paths_line}/;
    }
    my @wanted = grep { !$seen{$_}++ } @known, @addresses;
    splice @wanted, $set{max_addresses} if @wanted > $set{max_addresses};
    return [ grep { $_ } map { connection($_) } @wanted ];
}

# A connection under way, or nothing if its fate is known at once.
sub connection {
    my ($address) = @_;
    my ($family, $target) = target($address);
    my $try = { address => $address, source => source($family, $target), started => $clock->() };
    $try->{end} = $try->{started} + $set{connect_timeout};
    if (!defined $target) {
        record("path:$address", 'failed', undef, 0, '', 'this Perl does not know IPv6');
        return;
    }
    if (!socket $try->{socket}, $family, Socket::SOCK_STREAM(), 0) {
        return reached($try, $!);
    }
    fcntl $try->{socket}, Fcntl::F_SETFL(), Fcntl::O_NONBLOCK();
    return reached($try, 0) if connect $try->{socket}, $target;
    return $! == Errno::EINPROGRESS() ? $try : reached($try, $!);
}

sub answered {
    my ($try, $ready) = @_;
    if ($ready) {
        reached($try, unpack 'i', getsockopt $try->{socket}, Socket::SOL_SOCKET(), Socket::SO_ERROR());
    }
    elsif ($clock->() >= $try->{end}) {
        reached($try, Errno::ETIMEDOUT());
    }
    else {
        return 0;
    }
    close $try->{socket};
    return 1;
}

sub reached {
    my ($try, $error) = @_;
    $error += 0;
    my $result =
          $error == 0                                                      ? 'open'
        : $error == Errno::ETIMEDOUT()                                     ? 'timeout'
        : $error == Errno::ECONNREFUSED() || $error == Errno::ECONNRESET() ? 'refused'
        :                                                                    'unreachable';
    record("path:$try->{address}", 'ok', 0, $clock->() - $try->{started}, "$result $try->{source}", '');
    return;
}

sub target {
    my ($address) = @_;
    return (Socket::AF_INET(), Socket::pack_sockaddr_in($set{port}, Socket::inet_aton($address))) if $address !~ /:/;
    # Perl learned IPv6 with 5.14; the one of AIX 7.1 does not know it.
    return eval { (Socket::AF_INET6(), Socket::pack_sockaddr_in6($set{port}, Socket::inet_pton(Socket::AF_INET6(), $address))) };
}

# The source address that routing chooses. A UDP socket tells it without sending anything.
sub source {
    my ($family, $target) = @_;
    return '-' if !defined $target || !socket my $probe, $family, Socket::SOCK_DGRAM(), 0;
    my $name = connect($probe, $target) ? getsockname $probe : undef;
    close $probe;
    return '-' if !defined $name;
    return Socket::inet_ntoa((Socket::unpack_sockaddr_in($name))[1]) if $family == Socket::AF_INET();
    return eval { Socket::inet_ntop($family, (Socket::unpack_sockaddr_in6($name))[1]) } || '-';
}

# --- what needs no process --------------------------------------------------------------------------------------------

sub look {
    my ($probe) = @_;
    my $text = $probe->{kind} eq 'file' ? content($probe) : $probe->{kind} eq 'attributes' ? attributes($probe->{path}) : children($probe);
    if (defined $text) {
        record($probe->{name}, 'ok', 0, 0, picked($text, $probe), '');
    }
    else {
        record($probe->{name}, $! == Errno::ENOENT() ? 'missing' : 'failed', undef, 0, '', "$!");
    }
    return;
}

sub content {
    my ($probe) = @_;
    open my $file, '<', $probe->{path} or return;
    my $size = -s $file;
    seek $file, $size - $probe->{limit}, 0 if $probe->{tail} && $size > $probe->{limit};
    my $text = '';
    defined read $file, $text, $probe->{limit} or return;
    return $text;
}

sub attributes {
    my ($path) = @_;
    my @status = stat $path or return;
    my $owner = getpwuid $status[4];
    return sprintf '%04o %s', $status[2] & 07777, defined $owner ? $owner : $status[4];
}

sub children {
    my ($probe) = @_;
    opendir my $directory, $probe->{path} or return;
    my @names = grep { !/^[.][.]?$/ && lstat "$probe->{path}/$_/$probe->{having}" } readdir $directory;
    return join '', map { "$_\n" } sort @names;
}

# The clock is read last, right before the answer travels.
sub host {
    my $now = time;
    my $ioscli = grep { -e "$_/ioscli" } split /:/, $ENV{PATH};
    my %fact = (
        nodename   => (POSIX::uname())[1],
        uid        => $>,
        ioscli     => $ioscli ? 1 : 0,
        local_time => POSIX::strftime('%Y-%m-%dT%H:%M:%S', localtime $now),
        epoch      => $now,
    );
    return record('host', 'ok', 0, $clock->() - $began, join('', map { "$_=$fact{$_}\n" } sort keys %fact), '');
}
