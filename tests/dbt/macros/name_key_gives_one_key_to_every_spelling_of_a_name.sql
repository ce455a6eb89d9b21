with

spellings as (

    select name_group, spelling from (values
        ('aleks', 'Алексей'),
        ('aleks', 'Aleksey'),
        ('aleks', 'Alexei'),
        ('aleks', 'Alexey'),
        ('aleks', 'Aleksei'),
        ('iulia', 'Юлия'),
        ('iulia', 'Yulia'),
        ('iulia', 'Iuliia'),
        ('iulia', 'Julia'),
        ('iulia', 'Yuliya'),
        ('shch', 'Щербаков'),
        ('shch', 'Shcherbakov'),
        ('shch', 'Scherbakov'),
        ('shch', 'Sherbakov'),
        ('cv', 'Цветков'),
        ('cv', 'Tsvetkov'),
        ('cv', 'Cvetkov'),
        ('cv', 'Tzvetkov'),
        ('h', 'Хохлов'),
        ('h', 'Khokhlov'),
        ('h', 'Hohlov'),
        ('nat', 'Наталья'),
        ('nat', 'Наталия'),
        ('nat', 'Natalia'),
        ('nat', 'Nataliya'),
        ('nat', 'Natalya'),
        ('nat', 'Natalja'),
        ('evg', 'Евгений'),
        ('evg', 'Evgeny'),
        ('evg', 'Yevgeniy'),
        ('evg', 'Evgenii'),
        ('evg', 'Evgeni'),
        ('fed', 'Фёдор'),
        ('fed', 'Федор'),
        ('fed', 'Fyodor'),
        ('fed', 'Fedor'),
        ('sol', 'Соловьёв'),
        ('sol', 'Solovyov'),
        ('sol', 'Soloviev'),
        ('sol', 'Solovev'),
        ('ks', 'Ксения'),
        ('ks', 'Xenia'),
        ('ks', 'Kseniya'),
        ('ks', 'Ksenia'),
        ('sof', 'Софья'),
        ('sof', 'София'),
        ('sof', 'Sofia'),
        ('sof', 'Sophia'),
        ('sof', 'Sofya'),
        ('iur', 'Юрий'),
        ('iur', 'Yuri'),
        ('iur', 'Yury'),
        ('iur', 'Iurii'),
        ('iur', 'Juri'),
        ('kat', 'Екатерина'),
        ('kat', 'Ekaterina'),
        ('kat', 'Yekaterina'),
        ('smith', 'Смит'),
        ('smith', 'Smith'),
        ('shm', 'Шмидт'),
        ('shm', 'Schmidt'),
        ('shm', 'Shmidt'),
        ('chai', 'Чайковский'),
        ('chai', 'Tchaikovsky'),
        ('chai', 'Chaykovskiy'),
        ('chai', 'Chaikovskii'),
        ('mul', 'Müller'),
        ('mul', 'Muller'),
        ('mul', 'Мулер'),
        ('vic', 'Виктория'),
        ('vic', 'Victoria'),
        ('vic', 'Viktoriya'),
        ('il', 'Илья'),
        ('il', 'Ilya'),
        ('il', 'Ilia'),
        ('dm', 'Дмитрий'),
        ('dm', 'Dmitry'),
        ('dm', 'Dmitri'),
        ('dm', 'Dmitriy'),
        ('dm', 'Dmitrii'),
        ('grig', 'Григорьев'),
        ('grig', 'Grigoryev'),
        ('grig', 'Grigoriev'),
        ('grig', 'Grigorev'),
        ('vyach', 'Вячеслав'),
        ('vyach', 'Vyacheslav'),
        ('vyach', 'Viacheslav'),
        ('petr', 'Пётр'),
        ('petr', 'Petr'),
        ('petr', 'Pyotr'),
        ('petr', 'Piotr'),
        ('ob', 'Объедков'),
        ('ob', 'Obyedkov'),
        ('ob', 'Obedkov'),
        ('tat', 'Татьяна'),
        ('tat', 'Tatyana'),
        ('tat', 'Tatiana'),
        ('phil', 'Филипп'),
        ('phil', 'Philip'),
        ('phil', 'Phillip'),
        ('phil', 'Filipp'),
        ('nic', 'Николь'),
        ('nic', 'Nicol'),
        ('nic', 'Nikol')
    ) as literal_rows (name_group, spelling)

),

keyed as (

    select name_group, spelling, {{ name_key('spelling') }} as name_key
    from spellings

),

split_groups as (

    select name_group as name, count(distinct name_key) as findings
    from keyed
    group by name_group
    having count(distinct name_key) <> 1

),

joined_groups as (

    select name_key as name, count(distinct name_group) as findings
    from keyed
    group by name_key
    having count(distinct name_group) <> 1

)

select * from split_groups
union all
select * from joined_groups
